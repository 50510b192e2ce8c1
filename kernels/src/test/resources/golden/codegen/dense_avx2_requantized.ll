dense_int8 m=1 k=4 n=8 act=u8 wgt=s8 out=u8 round=double act=i16 wgt=i8 dot=2 offset=0 ic_block=4 oc_block=8 border=packed flat=false constants=8 x86_64 cpu=znver3 isa=avx2 threads=1

target triple = "x86_64-unknown-linux-gnu"

declare <8 x i32> @llvm.smax.v8i32(<8 x i32>, <8 x i32>)
declare <8 x i32> @llvm.smin.v8i32(<8 x i32>, <8 x i32>)
declare <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16>, <16 x i16>)
declare <8 x i8> @llvm.umax.v8i8(<8 x i8>, <8 x i8>)
declare <8 x i8> @llvm.umin.v8i8(<8 x i8>, <8 x i8>)

define void @octune_run(ptr noalias nocapture readonly %act, ptr noalias nocapture readonly %wgt, ptr noalias nocapture %out, i32 %part, i32 %parts) #0 {
entry:
  %v0 = zext i32 %part to i64
  %v1 = zext i32 %parts to i64
  %v2 = udiv i64 %v0, %v1
  %v3 = add i64 %v0, 1
  %v4 = udiv i64 %v3, %v1
  %v5 = icmp slt i64 %v2, %v4
  br i1 %v5, label %yes0, label %no1
yes0:
  br label %loop3
loop3:
  %v6 = phi i64 [ %v2, %yes0 ], [ %v96, %done5 ]
  %v7 = mul i64 %v6, 8
  %v8 = getelementptr i8, ptr %act, i64 %v7
  %v9 = mul i64 %v6, 8
  %v10 = getelementptr i8, ptr %out, i64 %v9
  %v11 = getelementptr i8, ptr %wgt, i64 64
  %v12 = load <8 x i32>, ptr %v11, align 32
  %v13 = getelementptr i8, ptr %v8, i64 8
  %v14 = getelementptr i8, ptr %wgt, i64 32
  %v15 = getelementptr i8, ptr %v8, i64 8
  %v16 = getelementptr i8, ptr %wgt, i64 32
  %v17 = getelementptr i8, ptr %v8, i64 8
  %v18 = getelementptr i8, ptr %wgt, i64 32
  br label %loop4
loop4:
  %v19 = phi i64 [ 0, %loop3 ], [ %v33, %loop4 ]
  %v20 = phi ptr [ %v8, %loop3 ], [ %v23, %loop4 ]
  %v21 = phi ptr [ %wgt, %loop3 ], [ %v24, %loop4 ]
  %v22 = phi <8 x i32> [ %v12, %loop3 ], [ %v32, %loop4 ]
  %v23 = getelementptr i8, ptr %v20, i64 4
  %v24 = getelementptr i8, ptr %v21, i64 16
  %v25 = load <16 x i8>, ptr %v21, align 16
  %v26 = sext <16 x i8> %v25 to <16 x i16>
  %v27 = load i32, ptr %v20, align 4
  %v28 = insertelement <8 x i32> poison, i32 %v27, i64 0
  %v29 = shufflevector <8 x i32> %v28, <8 x i32> %v28, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v30 = bitcast <8 x i32> %v29 to <16 x i16>
  %v31 = call <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16> %v30, <16 x i16> %v26)
  %v32 = add <8 x i32> %v22, %v31
  %v33 = add i64 %v19, 1
  %v34 = icmp slt i64 %v33, 2
  br i1 %v34, label %loop4, label %done5
done5:
  %v35 = getelementptr i8, ptr %v11, i64 32
  %v36 = load <8 x i32>, ptr %v35, align 32
  %v37 = getelementptr i8, ptr %v11, i64 64
  %v38 = load <4 x i64>, ptr %v37, align 32
  %v39 = shl <4 x i64> %v38, splat (i64 32)
  %v40 = ashr <4 x i64> %v39, splat (i64 32)
  %v41 = getelementptr i8, ptr %v11, i64 64
  %v42 = getelementptr i8, ptr %v41, i64 32
  %v43 = load <4 x i64>, ptr %v42, align 32
  %v44 = shl <4 x i64> %v43, splat (i64 32)
  %v45 = ashr <4 x i64> %v44, splat (i64 32)
  %v46 = getelementptr i8, ptr %v11, i64 128
  %v47 = load <4 x i64>, ptr %v46, align 32
  %v48 = getelementptr i8, ptr %v11, i64 128
  %v49 = getelementptr i8, ptr %v48, i64 32
  %v50 = load <4 x i64>, ptr %v49, align 32
  %v51 = getelementptr i8, ptr %v11, i64 192
  %v52 = load <4 x i64>, ptr %v51, align 32
  %v53 = getelementptr i8, ptr %v11, i64 192
  %v54 = getelementptr i8, ptr %v53, i64 32
  %v55 = load <4 x i64>, ptr %v54, align 32
  %v56 = getelementptr i8, ptr %v11, i64 256
  %v57 = load <4 x i64>, ptr %v56, align 32
  %v58 = getelementptr i8, ptr %v11, i64 256
  %v59 = getelementptr i8, ptr %v58, i64 32
  %v60 = load <4 x i64>, ptr %v59, align 32
  %v61 = getelementptr i8, ptr %v11, i64 320
  %v62 = load <8 x i32>, ptr %v61, align 32
  %v63 = getelementptr i8, ptr %v11, i64 352
  %v64 = load <8 x i8>, ptr %v63, align 8
  %v65 = getelementptr i8, ptr %v11, i64 360
  %v66 = load <8 x i8>, ptr %v65, align 8
  %v67 = shl <8 x i32> %v32, %v36
  %v68 = bitcast <8 x i32> %v67 to <4 x i64>
  %v69 = shl <4 x i64> %v68, splat (i64 32)
  %v70 = ashr <4 x i64> %v69, splat (i64 32)
  %v71 = mul <4 x i64> %v70, %v40
  %v72 = add <4 x i64> %v71, splat (i64 4611686019501129728)
  %v73 = lshr <4 x i64> %v72, splat (i64 31)
  %v74 = and <4 x i64> %v73, %v47
  %v75 = add <4 x i64> %v72, %v74
  %v76 = add <4 x i64> %v75, %v52
  %v77 = lshr <4 x i64> %v76, %v57
  %v78 = bitcast <8 x i32> %v67 to <4 x i64>
  %v79 = ashr <4 x i64> %v78, splat (i64 32)
  %v80 = mul <4 x i64> %v79, %v45
  %v81 = add <4 x i64> %v80, splat (i64 4611686019501129728)
  %v82 = lshr <4 x i64> %v81, splat (i64 31)
  %v83 = and <4 x i64> %v82, %v50
  %v84 = add <4 x i64> %v81, %v83
  %v85 = add <4 x i64> %v84, %v55
  %v86 = lshr <4 x i64> %v85, %v60
  %v87 = bitcast <4 x i64> %v77 to <8 x i32>
  %v88 = bitcast <4 x i64> %v86 to <8 x i32>
  %v89 = shufflevector <8 x i32> %v87, <8 x i32> %v88, <8 x i32> <i32 0, i32 8, i32 2, i32 10, i32 4, i32 12, i32 6, i32 14>
  %v90 = add <8 x i32> %v89, %v62
  %v91 = call <8 x i32> @llvm.smin.v8i32(<8 x i32> %v90, <8 x i32> splat (i32 255))
  %v92 = call <8 x i32> @llvm.smax.v8i32(<8 x i32> zeroinitializer, <8 x i32> %v91)
  %v93 = trunc <8 x i32> %v92 to <8 x i8>
  %v94 = call <8 x i8> @llvm.umax.v8i8(<8 x i8> %v64, <8 x i8> %v93)
  %v95 = call <8 x i8> @llvm.umin.v8i8(<8 x i8> %v94, <8 x i8> %v66)
  store <8 x i8> %v95, ptr %v10, align 8
  %v96 = add i64 %v6, 1
  %v97 = icmp slt i64 %v96, %v4
  br i1 %v97, label %loop3, label %done6
done6:
  br label %after2
no1:
  br label %after2
after2:
  ret void
}

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" "target-cpu"="x86-64-v3" "target-features"="-lzcnt" "tune-cpu"="znver3" }


target triple = "x86_64-unknown-linux-gnu"

declare i32 @llvm.smax.i32(i32, i32)
declare i32 @llvm.smin.i32(i32, i32)

define void @octune_pack_act(ptr noalias nocapture readonly %plain, ptr noalias nocapture %packed) #0 {
entry:
  br label %loop0
loop0:
  %v0 = phi i64 [ 0, %entry ], [ %v7, %loop0 ]
  %v1 = phi ptr [ %plain, %entry ], [ %v5, %loop0 ]
  %v2 = phi ptr [ %packed, %entry ], [ %v6, %loop0 ]
  %v3 = load i8, ptr %v1, align 1
  %v4 = zext i8 %v3 to i16
  store i16 %v4, ptr %v2, align 2
  %v5 = getelementptr i8, ptr %v1, i64 1
  %v6 = getelementptr i8, ptr %v2, i64 2
  %v7 = add i64 %v0, 1
  %v8 = icmp slt i64 %v7, 4
  br i1 %v8, label %loop0, label %done1
done1:
  %v9 = getelementptr i8, ptr %plain, i64 4
  %v10 = getelementptr i8, ptr %packed, i64 8
  %v11 = getelementptr i8, ptr %packed, i64 8
  %v12 = getelementptr i8, ptr %packed, i64 8
  ret void
}

define void @octune_pack_wgt(ptr noalias nocapture readonly %plain, ptr noalias nocapture %packed) #0 {
entry:
  br label %loop0
loop0:
  %v0 = phi i64 [ 0, %entry ], [ %v3, %loop0 ]
  %v1 = mul i64 %v0, 32
  %v2 = getelementptr i8, ptr %packed, i64 %v1
  store <32 x i8> zeroinitializer, ptr %v2, align 32
  %v3 = add i64 %v0, 1
  %v4 = icmp slt i64 %v3, 16
  br i1 %v4, label %loop0, label %done1
done1:
  %v5 = getelementptr i8, ptr %packed, i64 448
  br label %loop2
loop2:
  %v6 = phi i64 [ 0, %done1 ], [ %v42, %done9 ]
  %v7 = mul i64 %v6, 4
  %v8 = getelementptr i8, ptr %plain, i64 %v7
  %v9 = udiv i64 %v6, 8
  %v10 = mul i64 %v9, 32
  %v11 = getelementptr i8, ptr %packed, i64 %v10
  %v12 = urem i64 %v6, 8
  %v13 = mul i64 %v12, 2
  %v14 = getelementptr i8, ptr %v11, i64 %v13
  br label %loop3
loop3:
  %v15 = phi i64 [ 0, %loop2 ], [ %v38, %after6 ]
  %v16 = phi i32 [ 0, %loop2 ], [ %v37, %after6 ]
  %v17 = sub i64 5, %v15
  %v18 = udiv i64 %v17, 2
  %v19 = getelementptr i8, ptr %v8, i64 %v15
  %v20 = getelementptr i8, ptr %v14, i64 %v15
  %v21 = icmp slt i64 0, %v18
  br i1 %v21, label %yes4, label %no5
yes4:
  br label %loop7
loop7:
  %v22 = phi i64 [ 0, %yes4 ], [ %v33, %loop7 ]
  %v23 = phi ptr [ %v19, %yes4 ], [ %v26, %loop7 ]
  %v24 = phi ptr [ %v20, %yes4 ], [ %v27, %loop7 ]
  %v25 = phi i32 [ %v16, %yes4 ], [ %v32, %loop7 ]
  %v26 = getelementptr i8, ptr %v23, i64 2
  %v27 = getelementptr i8, ptr %v24, i64 16
  %v28 = getelementptr i8, ptr %v24, i64 32
  %v29 = load i8, ptr %v23, align 1
  %v30 = sext i8 %v29 to i32
  %v31 = trunc i32 %v30 to i8
  store i8 %v31, ptr %v24, align 1
  %v32 = add i32 %v25, %v30
  %v33 = add i64 %v22, 1
  %v34 = icmp slt i64 %v33, %v18
  br i1 %v34, label %loop7, label %done8
done8:
  br label %after6
no5:
  br label %after6
after6:
  %v35 = phi ptr [ %v26, %done8 ], [ %v19, %no5 ]
  %v36 = phi ptr [ %v27, %done8 ], [ %v20, %no5 ]
  %v37 = phi i32 [ %v32, %done8 ], [ %v16, %no5 ]
  %v38 = add i64 %v15, 1
  %v39 = icmp slt i64 %v38, 2
  br i1 %v39, label %loop3, label %done9
done9:
  %v40 = mul i64 %v6, 4
  %v41 = getelementptr i8, ptr %v5, i64 %v40
  store i32 %v37, ptr %v41, align 4
  %v42 = add i64 %v6, 1
  %v43 = icmp slt i64 %v42, 8
  br i1 %v43, label %loop2, label %done10
done10:
  ret void
}

define void @octune_unpack_out(ptr noalias nocapture readonly %packed, ptr noalias nocapture %plain) #0 {
entry:
  br label %loop0
loop0:
  %v0 = phi i64 [ 0, %entry ], [ %v6, %loop0 ]
  %v1 = phi ptr [ %packed, %entry ], [ %v4, %loop0 ]
  %v2 = phi ptr [ %plain, %entry ], [ %v5, %loop0 ]
  %v3 = load i8, ptr %v1, align 1
  store i8 %v3, ptr %v2, align 1
  %v4 = getelementptr i8, ptr %v1, i64 1
  %v5 = getelementptr i8, ptr %v2, i64 1
  %v6 = add i64 %v0, 1
  %v7 = icmp slt i64 %v6, 8
  br i1 %v7, label %loop0, label %done1
done1:
  %v8 = getelementptr i8, ptr %packed, i64 8
  %v9 = getelementptr i8, ptr %plain, i64 8
  %v10 = getelementptr i8, ptr %packed, i64 8
  %v11 = getelementptr i8, ptr %packed, i64 8
  ret void
}

define void @octune_pack_quant(ptr noalias nocapture readonly %table, ptr noalias nocapture %wgt) #0 {
entry:
  %v0 = load i32, ptr %table, align 4
  %v1 = getelementptr i8, ptr %table, i64 4
  %v2 = load i32, ptr %v1, align 4
  %v3 = getelementptr i8, ptr %table, i64 8
  %v4 = load i32, ptr %v3, align 4
  %v5 = getelementptr i8, ptr %table, i64 12
  %v6 = load i32, ptr %v5, align 4
  br label %loop0
loop0:
  %v7 = phi i64 [ 0, %entry ], [ %v92, %loop0 ]
  %v8 = getelementptr i8, ptr %wgt, i64 64
  %v9 = udiv i64 %v7, 8
  %v10 = mul i64 %v9, 384
  %v11 = getelementptr i8, ptr %v8, i64 %v10
  %v12 = getelementptr i8, ptr %wgt, i64 448
  %v13 = mul i64 %v7, 4
  %v14 = getelementptr i8, ptr %v12, i64 %v13
  %v15 = urem i64 %v7, 8
  %v16 = load i32, ptr %v14, align 4
  %v17 = add i64 %v7, 4
  %v18 = mul i64 %v17, 4
  %v19 = getelementptr i8, ptr %table, i64 %v18
  %v20 = load i32, ptr %v19, align 4
  %v21 = add i64 %v7, 12
  %v22 = mul i64 %v21, 4
  %v23 = getelementptr i8, ptr %table, i64 %v22
  %v24 = load i32, ptr %v23, align 4
  %v25 = add i64 %v7, 20
  %v26 = mul i64 %v25, 4
  %v27 = getelementptr i8, ptr %table, i64 %v26
  %v28 = load i32, ptr %v27, align 4
  %v29 = sub i32 0, %v0
  %v30 = mul i32 %v29, %v16
  %v31 = add i32 %v20, %v30
  %v32 = mul i64 %v15, 4
  %v33 = getelementptr i8, ptr %v11, i64 %v32
  store i32 %v31, ptr %v33, align 4
  %v34 = call i32 @llvm.smin.i32(i32 %v28, i32 0)
  %v35 = sub i32 31, %v34
  %v36 = zext i32 %v35 to i64
  %v37 = sub i64 %v36, 1
  %v38 = shl i64 1, %v37
  %v39 = call i32 @llvm.smax.i32(i32 0, i32 %v28)
  %v40 = getelementptr i8, ptr %v11, i64 32
  %v41 = mul i64 %v15, 4
  %v42 = getelementptr i8, ptr %v40, i64 %v41
  store i32 %v39, ptr %v42, align 4
  %v43 = icmp slt i32 %v28, 0
  %v44 = select i1 %v43, i64 2147483648, i64 0
  %v45 = urem i64 %v15, 2
  %v46 = mul i64 %v45, 4
  %v47 = udiv i64 %v15, 2
  %v48 = add i64 %v46, %v47
  %v49 = getelementptr i8, ptr %v11, i64 128
  %v50 = mul i64 %v48, 8
  %v51 = getelementptr i8, ptr %v49, i64 %v50
  store i64 %v44, ptr %v51, align 8
  %v52 = sub i64 %v38, 2147483648
  %v53 = select i1 %v43, i64 %v52, i64 0
  %v54 = urem i64 %v15, 2
  %v55 = mul i64 %v54, 4
  %v56 = udiv i64 %v15, 2
  %v57 = add i64 %v55, %v56
  %v58 = getelementptr i8, ptr %v11, i64 192
  %v59 = mul i64 %v57, 8
  %v60 = getelementptr i8, ptr %v58, i64 %v59
  store i64 %v53, ptr %v60, align 8
  %v61 = urem i64 %v15, 2
  %v62 = mul i64 %v61, 4
  %v63 = udiv i64 %v15, 2
  %v64 = add i64 %v62, %v63
  %v65 = getelementptr i8, ptr %v11, i64 256
  %v66 = mul i64 %v64, 8
  %v67 = getelementptr i8, ptr %v65, i64 %v66
  store i64 %v36, ptr %v67, align 8
  %v68 = zext i32 %v24 to i64
  %v69 = urem i64 %v15, 2
  %v70 = mul i64 %v69, 4
  %v71 = udiv i64 %v15, 2
  %v72 = add i64 %v70, %v71
  %v73 = getelementptr i8, ptr %v11, i64 64
  %v74 = mul i64 %v72, 8
  %v75 = getelementptr i8, ptr %v73, i64 %v74
  store i64 %v68, ptr %v75, align 8
  %v76 = sub i64 62, %v36
  %v77 = shl i64 1, %v76
  %v78 = trunc i64 %v77 to i32
  %v79 = sub i32 %v2, %v78
  %v80 = getelementptr i8, ptr %v11, i64 320
  %v81 = mul i64 %v15, 4
  %v82 = getelementptr i8, ptr %v80, i64 %v81
  store i32 %v79, ptr %v82, align 4
  %v83 = call i32 @llvm.smin.i32(i32 %v6, i32 255)
  %v84 = call i32 @llvm.smax.i32(i32 0, i32 %v4)
  %v85 = call i32 @llvm.smin.i32(i32 %v84, i32 %v83)
  %v86 = trunc i32 %v85 to i8
  %v87 = getelementptr i8, ptr %v11, i64 352
  %v88 = getelementptr i8, ptr %v87, i64 %v15
  store i8 %v86, ptr %v88, align 1
  %v89 = trunc i32 %v83 to i8
  %v90 = getelementptr i8, ptr %v11, i64 360
  %v91 = getelementptr i8, ptr %v90, i64 %v15
  store i8 %v89, ptr %v91, align 1
  %v92 = add i64 %v7, 1
  %v93 = icmp slt i64 %v92, 8
  br i1 %v93, label %loop0, label %done1
done1:
  ret void
}

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" optnone noinline "target-cpu"="x86-64-v3" "target-features"="-lzcnt" "tune-cpu"="znver3" }
