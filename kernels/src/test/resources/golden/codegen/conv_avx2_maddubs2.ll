conv2d_NCHWc_int8 n=1 ic=8 ih=3 iw=3 oc=8 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8[-32,32] out=s32 act=i8 wgt=i8 dot=4 offset=0 ic_block=8 oc_block=8 border=taps_skipped flat=false x86_64 cpu=znver3 isa=avx2 threads=1

target triple = "x86_64-unknown-linux-gnu"

declare <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8>, <32 x i8>)
declare <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16>, <16 x i16>)
declare i64 @llvm.smax.i64(i64, i64)
declare i64 @llvm.smin.i64(i64, i64)

define void @octune_run(ptr noalias nocapture readonly %act, ptr noalias nocapture readonly %wgt, ptr noalias nocapture %out, i32 %part, i32 %parts) #0 {
entry:
  %v0 = zext i32 %part to i64
  %v1 = zext i32 %parts to i64
  %v2 = mul i64 %v0, 3
  %v3 = udiv i64 %v2, %v1
  %v4 = add i64 %v0, 1
  %v5 = mul i64 %v4, 3
  %v6 = udiv i64 %v5, %v1
  %v7 = icmp slt i64 %v3, %v6
  br i1 %v7, label %yes0, label %no1
yes0:
  br label %loop3
loop3:
  %v8 = phi i64 [ %v3, %yes0 ], [ %v171, %after6 ]
  %v9 = udiv i64 %v8, 3
  %v10 = urem i64 %v8, 3
  %v11 = mul i64 %v9, 72
  %v12 = getelementptr i8, ptr %act, i64 %v11
  %v13 = mul i64 %v9, 288
  %v14 = getelementptr i8, ptr %out, i64 %v13
  %v15 = getelementptr i8, ptr %wgt, i64 576
  %v16 = getelementptr i8, ptr %v12, i64 -32
  %v17 = mul i64 %v10, 24
  %v18 = getelementptr i8, ptr %v16, i64 %v17
  %v19 = sub i64 1, %v10
  %v20 = call i64 @llvm.smax.i64(i64 0, i64 %v19)
  %v21 = call i64 @llvm.smin.i64(i64 %v20, i64 3)
  %v22 = sub i64 4, %v10
  %v23 = call i64 @llvm.smax.i64(i64 0, i64 %v22)
  %v24 = call i64 @llvm.smin.i64(i64 %v23, i64 3)
  %v25 = mul i64 %v21, 24
  %v26 = getelementptr i8, ptr %v18, i64 %v25
  %v27 = mul i64 %v21, 192
  %v28 = getelementptr i8, ptr %wgt, i64 %v27
  %v29 = icmp slt i64 %v21, %v24
  br i1 %v29, label %yes4, label %no5
yes4:
  br label %loop7
loop7:
  %v30 = phi i64 [ %v21, %yes4 ], [ %v160, %loop7 ]
  %v31 = phi ptr [ %v26, %yes4 ], [ %v36, %loop7 ]
  %v32 = phi ptr [ %v28, %yes4 ], [ %v37, %loop7 ]
  %v33 = phi <8 x i32> [ zeroinitializer, %yes4 ], [ %v144, %loop7 ]
  %v34 = phi <8 x i32> [ zeroinitializer, %yes4 ], [ %v159, %loop7 ]
  %v35 = phi <8 x i32> [ zeroinitializer, %yes4 ], [ %v125, %loop7 ]
  %v36 = getelementptr i8, ptr %v31, i64 24
  %v37 = getelementptr i8, ptr %v32, i64 192
  %v38 = getelementptr i8, ptr %v31, i64 8
  %v39 = getelementptr i8, ptr %v32, i64 64
  %v40 = getelementptr i8, ptr %v31, i64 72
  %v41 = getelementptr i8, ptr %v32, i64 576
  %v42 = getelementptr i8, ptr %v31, i64 8
  %v43 = getelementptr i8, ptr %v32, i64 64
  %v44 = load <32 x i8>, ptr %v32, align 32
  %v45 = getelementptr i8, ptr %v32, i64 32
  %v46 = load <32 x i8>, ptr %v45, align 32
  %v47 = getelementptr i8, ptr %v31, i64 8
  %v48 = load i32, ptr %v47, align 4
  %v49 = insertelement <8 x i32> poison, i32 %v48, i64 0
  %v50 = shufflevector <8 x i32> %v49, <8 x i32> %v49, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v51 = bitcast <8 x i32> %v50 to <32 x i8>
  %v52 = getelementptr i8, ptr %v31, i64 12
  %v53 = load i32, ptr %v52, align 4
  %v54 = insertelement <8 x i32> poison, i32 %v53, i64 0
  %v55 = shufflevector <8 x i32> %v54, <8 x i32> %v54, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v56 = bitcast <8 x i32> %v55 to <32 x i8>
  %v57 = call <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8> %v51, <32 x i8> %v44)
  %v58 = call <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8> %v56, <32 x i8> %v46)
  %v59 = add <16 x i16> %v57, %v58
  %v60 = call <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16> %v59, <16 x i16> splat (i16 1))
  %v61 = add <8 x i32> %v34, %v60
  %v62 = getelementptr i8, ptr %v31, i64 16
  %v63 = load i32, ptr %v62, align 4
  %v64 = insertelement <8 x i32> poison, i32 %v63, i64 0
  %v65 = shufflevector <8 x i32> %v64, <8 x i32> %v64, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v66 = bitcast <8 x i32> %v65 to <32 x i8>
  %v67 = getelementptr i8, ptr %v31, i64 20
  %v68 = load i32, ptr %v67, align 4
  %v69 = insertelement <8 x i32> poison, i32 %v68, i64 0
  %v70 = shufflevector <8 x i32> %v69, <8 x i32> %v69, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v71 = bitcast <8 x i32> %v70 to <32 x i8>
  %v72 = call <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8> %v66, <32 x i8> %v44)
  %v73 = call <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8> %v71, <32 x i8> %v46)
  %v74 = add <16 x i16> %v72, %v73
  %v75 = call <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16> %v74, <16 x i16> splat (i16 1))
  %v76 = add <8 x i32> %v35, %v75
  %v77 = getelementptr i8, ptr %v32, i64 64
  %v78 = getelementptr i8, ptr %v31, i64 8
  %v79 = load <32 x i8>, ptr %v77, align 32
  %v80 = getelementptr i8, ptr %v77, i64 32
  %v81 = load <32 x i8>, ptr %v80, align 32
  %v82 = load i32, ptr %v78, align 4
  %v83 = insertelement <8 x i32> poison, i32 %v82, i64 0
  %v84 = shufflevector <8 x i32> %v83, <8 x i32> %v83, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v85 = bitcast <8 x i32> %v84 to <32 x i8>
  %v86 = getelementptr i8, ptr %v78, i64 4
  %v87 = load i32, ptr %v86, align 4
  %v88 = insertelement <8 x i32> poison, i32 %v87, i64 0
  %v89 = shufflevector <8 x i32> %v88, <8 x i32> %v88, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v90 = bitcast <8 x i32> %v89 to <32 x i8>
  %v91 = call <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8> %v85, <32 x i8> %v79)
  %v92 = call <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8> %v90, <32 x i8> %v81)
  %v93 = add <16 x i16> %v91, %v92
  %v94 = call <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16> %v93, <16 x i16> splat (i16 1))
  %v95 = add <8 x i32> %v33, %v94
  %v96 = getelementptr i8, ptr %v78, i64 8
  %v97 = load i32, ptr %v96, align 4
  %v98 = insertelement <8 x i32> poison, i32 %v97, i64 0
  %v99 = shufflevector <8 x i32> %v98, <8 x i32> %v98, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v100 = bitcast <8 x i32> %v99 to <32 x i8>
  %v101 = getelementptr i8, ptr %v78, i64 12
  %v102 = load i32, ptr %v101, align 4
  %v103 = insertelement <8 x i32> poison, i32 %v102, i64 0
  %v104 = shufflevector <8 x i32> %v103, <8 x i32> %v103, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v105 = bitcast <8 x i32> %v104 to <32 x i8>
  %v106 = call <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8> %v100, <32 x i8> %v79)
  %v107 = call <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8> %v105, <32 x i8> %v81)
  %v108 = add <16 x i16> %v106, %v107
  %v109 = call <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16> %v108, <16 x i16> splat (i16 1))
  %v110 = add <8 x i32> %v61, %v109
  %v111 = getelementptr i8, ptr %v78, i64 16
  %v112 = load i32, ptr %v111, align 4
  %v113 = insertelement <8 x i32> poison, i32 %v112, i64 0
  %v114 = shufflevector <8 x i32> %v113, <8 x i32> %v113, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v115 = bitcast <8 x i32> %v114 to <32 x i8>
  %v116 = getelementptr i8, ptr %v78, i64 20
  %v117 = load i32, ptr %v116, align 4
  %v118 = insertelement <8 x i32> poison, i32 %v117, i64 0
  %v119 = shufflevector <8 x i32> %v118, <8 x i32> %v118, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v120 = bitcast <8 x i32> %v119 to <32 x i8>
  %v121 = call <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8> %v115, <32 x i8> %v79)
  %v122 = call <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8> %v120, <32 x i8> %v81)
  %v123 = add <16 x i16> %v121, %v122
  %v124 = call <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16> %v123, <16 x i16> splat (i16 1))
  %v125 = add <8 x i32> %v76, %v124
  %v126 = getelementptr i8, ptr %v32, i64 128
  %v127 = getelementptr i8, ptr %v31, i64 16
  %v128 = load <32 x i8>, ptr %v126, align 32
  %v129 = getelementptr i8, ptr %v126, i64 32
  %v130 = load <32 x i8>, ptr %v129, align 32
  %v131 = load i32, ptr %v127, align 4
  %v132 = insertelement <8 x i32> poison, i32 %v131, i64 0
  %v133 = shufflevector <8 x i32> %v132, <8 x i32> %v132, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v134 = bitcast <8 x i32> %v133 to <32 x i8>
  %v135 = getelementptr i8, ptr %v127, i64 4
  %v136 = load i32, ptr %v135, align 4
  %v137 = insertelement <8 x i32> poison, i32 %v136, i64 0
  %v138 = shufflevector <8 x i32> %v137, <8 x i32> %v137, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v139 = bitcast <8 x i32> %v138 to <32 x i8>
  %v140 = call <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8> %v134, <32 x i8> %v128)
  %v141 = call <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8> %v139, <32 x i8> %v130)
  %v142 = add <16 x i16> %v140, %v141
  %v143 = call <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16> %v142, <16 x i16> splat (i16 1))
  %v144 = add <8 x i32> %v95, %v143
  %v145 = getelementptr i8, ptr %v127, i64 8
  %v146 = load i32, ptr %v145, align 4
  %v147 = insertelement <8 x i32> poison, i32 %v146, i64 0
  %v148 = shufflevector <8 x i32> %v147, <8 x i32> %v147, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v149 = bitcast <8 x i32> %v148 to <32 x i8>
  %v150 = getelementptr i8, ptr %v127, i64 12
  %v151 = load i32, ptr %v150, align 4
  %v152 = insertelement <8 x i32> poison, i32 %v151, i64 0
  %v153 = shufflevector <8 x i32> %v152, <8 x i32> %v152, <8 x i32> <i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0>
  %v154 = bitcast <8 x i32> %v153 to <32 x i8>
  %v155 = call <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8> %v149, <32 x i8> %v128)
  %v156 = call <16 x i16> @llvm.x86.avx2.pmadd.ub.sw(<32 x i8> %v154, <32 x i8> %v130)
  %v157 = add <16 x i16> %v155, %v156
  %v158 = call <8 x i32> @llvm.x86.avx2.pmadd.wd(<16 x i16> %v157, <16 x i16> splat (i16 1))
  %v159 = add <8 x i32> %v110, %v158
  %v160 = add i64 %v30, 1
  %v161 = icmp slt i64 %v160, %v24
  br i1 %v161, label %loop7, label %done8
done8:
  br label %after6
no5:
  br label %after6
after6:
  %v162 = phi ptr [ %v36, %done8 ], [ %v26, %no5 ]
  %v163 = phi ptr [ %v37, %done8 ], [ %v28, %no5 ]
  %v164 = phi <8 x i32> [ %v144, %done8 ], [ zeroinitializer, %no5 ]
  %v165 = phi <8 x i32> [ %v159, %done8 ], [ zeroinitializer, %no5 ]
  %v166 = phi <8 x i32> [ %v125, %done8 ], [ zeroinitializer, %no5 ]
  %v167 = mul i64 %v10, 96
  %v168 = getelementptr i8, ptr %v14, i64 %v167
  store <8 x i32> %v164, ptr %v168, align 32
  %v169 = getelementptr i8, ptr %v168, i64 32
  store <8 x i32> %v165, ptr %v169, align 32
  %v170 = getelementptr i8, ptr %v168, i64 64
  store <8 x i32> %v166, ptr %v170, align 32
  %v171 = add i64 %v8, 1
  %v172 = icmp slt i64 %v171, %v6
  br i1 %v172, label %loop3, label %done9
done9:
  br label %after2
no1:
  br label %after2
after2:
  ret void
}

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" "target-cpu"="x86-64-v3" "target-features"="-lzcnt" "tune-cpu"="znver3" }


target triple = "x86_64-unknown-linux-gnu"


define void @octune_pack_act(ptr noalias nocapture readonly %plain, ptr noalias nocapture %packed) #0 {
entry:
  br label %loop0
loop0:
  %v0 = phi i64 [ 0, %entry ], [ %v22, %done4 ]
  %v1 = phi ptr [ %plain, %entry ], [ %v20, %done4 ]
  %v2 = phi ptr [ %packed, %entry ], [ %v21, %done4 ]
  br label %loop1
loop1:
  %v3 = phi i64 [ 0, %loop0 ], [ %v18, %done3 ]
  %v4 = phi ptr [ %v1, %loop0 ], [ %v16, %done3 ]
  %v5 = phi ptr [ %v2, %loop0 ], [ %v17, %done3 ]
  br label %loop2
loop2:
  %v6 = phi i64 [ 0, %loop1 ], [ %v14, %loop2 ]
  %v7 = phi ptr [ %v4, %loop1 ], [ %v12, %loop2 ]
  %v8 = phi ptr [ %v5, %loop1 ], [ %v13, %loop2 ]
  %v9 = load i8, ptr %v7, align 1
  %v10 = zext i8 %v9 to i16
  %v11 = trunc i16 %v10 to i8
  store i8 %v11, ptr %v8, align 1
  %v12 = getelementptr i8, ptr %v7, i64 1
  %v13 = getelementptr i8, ptr %v8, i64 8
  %v14 = add i64 %v6, 1
  %v15 = icmp slt i64 %v14, 3
  br i1 %v15, label %loop2, label %done3
done3:
  %v16 = getelementptr i8, ptr %v4, i64 9
  %v17 = getelementptr i8, ptr %v5, i64 1
  %v18 = add i64 %v3, 1
  %v19 = icmp slt i64 %v18, 8
  br i1 %v19, label %loop1, label %done4
done4:
  %v20 = getelementptr i8, ptr %v1, i64 3
  %v21 = getelementptr i8, ptr %v2, i64 24
  %v22 = add i64 %v0, 1
  %v23 = icmp slt i64 %v22, 3
  br i1 %v23, label %loop0, label %done5
done5:
  %v24 = getelementptr i8, ptr %plain, i64 72
  %v25 = getelementptr i8, ptr %packed, i64 72
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
  %v4 = icmp slt i64 %v3, 18
  br i1 %v4, label %loop0, label %done1
done1:
  %v5 = getelementptr i8, ptr %packed, i64 576
  br label %loop2
loop2:
  %v6 = phi i64 [ 0, %done1 ], [ %v48, %done11 ]
  %v7 = mul i64 %v6, 72
  %v8 = getelementptr i8, ptr %plain, i64 %v7
  %v9 = udiv i64 %v6, 8
  %v10 = mul i64 %v9, 576
  %v11 = getelementptr i8, ptr %packed, i64 %v10
  %v12 = urem i64 %v6, 8
  %v13 = mul i64 %v12, 4
  %v14 = getelementptr i8, ptr %v11, i64 %v13
  br label %loop3
loop3:
  %v15 = phi i64 [ 0, %loop2 ], [ %v46, %after6 ]
  %v16 = phi i32 [ 0, %loop2 ], [ %v45, %after6 ]
  %v17 = sub i64 11, %v15
  %v18 = udiv i64 %v17, 4
  %v19 = mul i64 %v15, 9
  %v20 = getelementptr i8, ptr %v8, i64 %v19
  %v21 = getelementptr i8, ptr %v14, i64 %v15
  %v22 = icmp slt i64 0, %v18
  br i1 %v22, label %yes4, label %no5
yes4:
  br label %loop7
loop7:
  %v23 = phi i64 [ 0, %yes4 ], [ %v41, %done9 ]
  %v24 = phi ptr [ %v20, %yes4 ], [ %v27, %done9 ]
  %v25 = phi ptr [ %v21, %yes4 ], [ %v28, %done9 ]
  %v26 = phi i32 [ %v16, %yes4 ], [ %v38, %done9 ]
  %v27 = getelementptr i8, ptr %v24, i64 36
  %v28 = getelementptr i8, ptr %v25, i64 32
  br label %loop8
loop8:
  %v29 = phi i64 [ 0, %loop7 ], [ %v39, %loop8 ]
  %v30 = phi ptr [ %v24, %loop7 ], [ %v33, %loop8 ]
  %v31 = phi ptr [ %v25, %loop7 ], [ %v34, %loop8 ]
  %v32 = phi i32 [ %v26, %loop7 ], [ %v38, %loop8 ]
  %v33 = getelementptr i8, ptr %v30, i64 1
  %v34 = getelementptr i8, ptr %v31, i64 64
  %v35 = load i8, ptr %v30, align 1
  %v36 = sext i8 %v35 to i32
  %v37 = trunc i32 %v36 to i8
  store i8 %v37, ptr %v31, align 1
  %v38 = add i32 %v32, %v36
  %v39 = add i64 %v29, 1
  %v40 = icmp slt i64 %v39, 9
  br i1 %v40, label %loop8, label %done9
done9:
  %v41 = add i64 %v23, 1
  %v42 = icmp slt i64 %v41, %v18
  br i1 %v42, label %loop7, label %done10
done10:
  br label %after6
no5:
  br label %after6
after6:
  %v43 = phi ptr [ %v27, %done10 ], [ %v20, %no5 ]
  %v44 = phi ptr [ %v28, %done10 ], [ %v21, %no5 ]
  %v45 = phi i32 [ %v38, %done10 ], [ %v16, %no5 ]
  %v46 = add i64 %v15, 1
  %v47 = icmp slt i64 %v46, 4
  br i1 %v47, label %loop3, label %done11
done11:
  %v48 = add i64 %v6, 1
  %v49 = icmp slt i64 %v48, 8
  br i1 %v49, label %loop2, label %done12
done12:
  ret void
}

define void @octune_unpack_out(ptr noalias nocapture readonly %packed, ptr noalias nocapture %plain) #0 {
entry:
  br label %loop0
loop0:
  %v0 = phi i64 [ 0, %entry ], [ %v20, %done4 ]
  %v1 = phi ptr [ %packed, %entry ], [ %v18, %done4 ]
  %v2 = phi ptr [ %plain, %entry ], [ %v19, %done4 ]
  br label %loop1
loop1:
  %v3 = phi i64 [ 0, %loop0 ], [ %v16, %done3 ]
  %v4 = phi ptr [ %v1, %loop0 ], [ %v14, %done3 ]
  %v5 = phi ptr [ %v2, %loop0 ], [ %v15, %done3 ]
  br label %loop2
loop2:
  %v6 = phi i64 [ 0, %loop1 ], [ %v12, %loop2 ]
  %v7 = phi ptr [ %v4, %loop1 ], [ %v10, %loop2 ]
  %v8 = phi ptr [ %v5, %loop1 ], [ %v11, %loop2 ]
  %v9 = load i32, ptr %v7, align 4
  store i32 %v9, ptr %v8, align 4
  %v10 = getelementptr i8, ptr %v7, i64 32
  %v11 = getelementptr i8, ptr %v8, i64 4
  %v12 = add i64 %v6, 1
  %v13 = icmp slt i64 %v12, 3
  br i1 %v13, label %loop2, label %done3
done3:
  %v14 = getelementptr i8, ptr %v4, i64 96
  %v15 = getelementptr i8, ptr %v5, i64 12
  %v16 = add i64 %v3, 1
  %v17 = icmp slt i64 %v16, 3
  br i1 %v17, label %loop1, label %done4
done4:
  %v18 = getelementptr i8, ptr %v1, i64 4
  %v19 = getelementptr i8, ptr %v2, i64 36
  %v20 = add i64 %v0, 1
  %v21 = icmp slt i64 %v20, 8
  br i1 %v21, label %loop0, label %done5
done5:
  %v22 = getelementptr i8, ptr %packed, i64 288
  %v23 = getelementptr i8, ptr %plain, i64 288
  ret void
}

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" optnone noinline "target-cpu"="x86-64-v3" "target-features"="-lzcnt" "tune-cpu"="znver3" }
